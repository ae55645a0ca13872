"""The types of asynchronous jobs.

Source: page *Querying the Status of an Asynchronous Job*.
"""

from __future__ import annotations

from .model import JobType

INIT, RUNNING, SUCCESS, FAIL = JOB_STATUSES = ("INIT", "RUNNING", "SUCCESS", "FAIL")

_ROWS: tuple[JobType, ...] = (
    JobType("imsCreateImageByInstance", "Creating an Image", "image"),
    JobType("imsImportImageJob", "Creating an Image", "image"),
    JobType("imsImportOvaImageJob", "Creating an Image", "sub_jobs"),
    JobType("imsVolumeCreateImageJob", "Creating an Image", "image"),
    JobType("imsVolumesToSysDataImagesJob", "Creating an Image", "sub_jobs"),
    JobType("imsCopyVolumeToImageJob", "Creating an Image", "image"),
    JobType("imsImportDataImageJob", "Creating a Data Disk Image from an External Image File",
            "image"),
    JobType("imsCreateWholeImageByInstanceJob", "Creating a Full-ECS Image", "image"),
    JobType("imsCreateWholeImageByBackupJob", "Creating a Full-ECS Image", "image"),
    JobType("imsNativeImportImageJob", "Registering an Image", "image_id"),
    JobType("imsNativeExportImageJob", "Exporting an Image", "image_id"),
    JobType("imsAddImageMembersJob", "Adding Image Sharing Members", "results"),
    JobType("imsDelImageMembersJob", "Deleting Image Sharing Members", "results"),
    JobType("imsUpdateImageMembersJob", "Updating the Sharing Status for Images", "results"),
    JobType("imsCopyImageInRegionJob", "Replicating an Image Within a Region", "image"),
    JobType("imsCopyImageCrossRegionJob", "CopyImageCrossRegion", "image", source="client"),
)

JOB_TYPES: dict[str, JobType] = {row.name: row for row in _ROWS}
