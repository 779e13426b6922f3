"""PNG images inside of text files, as base64."""

from __future__ import annotations

import base64
import binascii
import io

from PIL.PngImagePlugin import PngImageFile

from segrefine_gui.domain.errors import MaskError


def decode_png(text: str, height: int, width: int) -> PngImageFile:
    """The PNG image of a base64 text or data URL, decoded.

    Args:
        text: the base64, after a comma where it is a data URL.
        height: most rows it may have; larger ones are not decoded.
        width: most columns.

    Raises:
        MaskError: it is damaged, no PNG, or larger.
    """
    try:
        data = base64.b64decode(text.rpartition(",")[2])
        image = PngImageFile(io.BytesIO(data))
        if image.height > height or image.width > width:
            raise MaskError(
                f"Its mask of {image.width}x{image.height} pixels is larger than the image."
            )
        image.load()
    except MaskError:
        raise
    except binascii.Error as error:
        raise MaskError("Its mask is not base64.", str(error)) from error
    except Exception as error:
        # Decoders raise nearly anything for hostile bytes.
        sentence = "Its mask is no PNG image, or a damaged one."
        raise MaskError(sentence, f"{type(error).__name__}: {error}") from error
    return image
