"""The page layouts: Jinja templates with << >> and <% %>, one set for each format."""
