"""A page as a person sees it."""

from typing import Any, Final

MOST_PIXELS: Final = 2_000_000  # whatever is on the page, its PNG in base64 is then shorter than the longest line


def png_of(page: Any, width: int) -> bytes:
    """So wide, or smaller: the page's real size never decides how much is drawn."""
    sheet = page.rect
    zoom = min(width / sheet.width, (MOST_PIXELS / (sheet.width * sheet.height)) ** 0.5)
    png: bytes = page.get_pixmap(matrix=(zoom, 0, 0, zoom, 0, 0), colorspace="rgb", alpha=False).tobytes("png")
    return png
