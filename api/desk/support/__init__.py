"""Parts shared by the pages of the desk: access, forms, texts and error pages."""
