"""Parts shared by the pages of the desk: access, forms, charts, texts and error pages."""
