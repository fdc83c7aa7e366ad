"""`course site`: the course as a static site, from executed notebooks without their solutions."""

from coursework.authoring.site.book import write_site

__all__ = ["write_site"]
