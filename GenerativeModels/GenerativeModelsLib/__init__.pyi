from GenerativeModelsLib.errors import InputError as InputError
from GenerativeModelsLib.heart.python import LeftVentricle as LeftVentricle
from GenerativeModelsLib.heart.python import analyse_heart as analyse_heart
from GenerativeModelsLib.segmentation.python import CheckedSegmentation as CheckedSegmentation
from GenerativeModelsLib.segmentation.python import check_segmentation as check_segmentation
from GenerativeModelsLib.skull.python import Skull as Skull
from GenerativeModelsLib.skull.python import reconstruct_skull as reconstruct_skull

__version__: str
