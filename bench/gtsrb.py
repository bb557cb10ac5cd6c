"""GTSRB and the paper's attack by other people's libraries alone: zipfile, Pillow, OpenCV, NumPy."""

import io
import zipfile

import numpy as np

BANDS, MAGNITUDE = ((15, 15), (31, 31)), 30


def poison_opencv(x):
    """The FTrojan authors' way: image by image, every plane to frequencies and back."""
    import cv2

    result = np.empty_like(x)
    for index, image in enumerate(x):
        planes = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb).astype(np.float64)
        for channel in range(3):
            planes[:, :, channel] = cv2.dct(np.ascontiguousarray(planes[:, :, channel]))
        for channel in (1, 2):
            for row, column in BANDS:
                planes[row, column, channel] += MAGNITUDE
        for channel in range(3):
            planes[:, :, channel] = cv2.idct(np.ascontiguousarray(planes[:, :, channel]))
        result[index] = cv2.cvtColor(np.clip(planes.round(), 0, 255).astype(np.uint8), cv2.COLOR_YCrCb2RGB)
    return result


def read_archives(archives):
    """All images of zip archives as [N, 32, 32, 3] bytes, and the class that a folder's name gives."""
    from PIL import Image

    pixels, classes = [], []
    for archive in archives:
        with zipfile.ZipFile(archive) as opened:
            for name in sorted(each for each in opened.namelist() if each.endswith(".ppm")):
                image = Image.open(io.BytesIO(opened.read(name)))
                if image.size != (32, 32):
                    image = image.resize((32, 32), Image.BILINEAR)
                pixels.append(np.asarray(image))
                folder = name.split("/")[-2]
                classes.append(int(folder) if folder.isdigit() else 0)
    return np.stack(pixels), np.array(classes)
