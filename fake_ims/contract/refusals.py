"""Error responses of the native API: status, Glance's message and an IMS code.

The messages are Glance's own, because clients print and match them. Profile ``openstack`` sends
them alone; profile ``otc`` adds the IMS code.
"""

from __future__ import annotations

from .identity import IDENTITY_REFUSALS
from .metadefs import METADEF_REFUSALS
from .model import Refusal
from .neighbours import NEIGHBOUR_REFUSALS

NOT_FOUND = "The resource could not be found."
DENIED = "Access was denied to this resource."

# key, status, text, IMS code, "detail" where Glance sends it after the status's explanation
_ROWS: tuple[tuple[str, int, str, str] | tuple[str, int, str, str, str], ...] = (
    # any request
    ("auth.missing", 401, "This server could not verify that you are authorized to access the "
     "document you requested. Either you supplied the wrong credentials (e.g., bad password), or "
     "your browser does not understand how to supply the credentials required.", "IMG.0087"),
    ("auth.unknown", 401, "This server could not verify that you are authorized to access the "
     "document you requested. Either you supplied the wrong credentials (e.g., bad password), or "
     "your browser does not understand how to supply the credentials required.", "IMG.0087"),
    ("route.unknown", 404, NOT_FOUND, "IMG.0017"),
    ("route.method", 405, "", "IMG.0105"),
    ("request.undecodable", 400, "Error decoding your request. Either the URL or the request body "
     "contained characters that could not be decoded by Glance", "IMG.0001"),
    ("body.expected", 400, "Body expected in request.", "IMG.0007"),
    ("body.unexpected", 400, "A body is not expected with this request.", "IMG.0001"),
    ("body.malformed", 400, "Malformed JSON in request body.", "IMG.0001"),
    ("body.too_large", 413, "Request is too large.", "IMG.0059"),
    ("body.type", 400, "Unexpected body type. Expected list/dict.", "IMG.0001"),
    ("policy.denied", 403, "You are not authorized to complete {rule} action.", "IMG.0026"),
    # images
    ("image.not_found", 404, "No image found with ID {image_id}", "IMG.0144"),
    ("image.hidden", 404, NOT_FOUND, "IMG.0144"),
    ("image.delete_not_found", 404, "Failed to find image {image_id} to delete", "IMG.0144"),
    ("image.not_found_in", 404, "Image {image_id} not found.", "IMG.0144"),
    ("image.schema", 400, "Provided object does not match schema 'image': {reason}", "IMG.0001"),
    ("image.read_only", 403, "Attribute '{name}' is read-only.", "IMG.0035"),
    ("image.reserved", 403, "Attribute '{name}' is reserved.", "IMG.0035"),
    ("image.reserved_at_create", 403, "Attribute '{name}' is reserved.", "IMG.0035", "detail"),
    ("image.property_name", 400, "Custom property should not be greater than 255 characters.",
     "IMG.0001"),
    ("image.negative", 400, "Invalid value '{value}' for parameter '{name}': Cannot be a negative "
     "value", "IMG.0055"),
    ("image.out_of_range", 400, "'{name}' value out of range, must not exceed {maximum}.",
     "IMG.0055"),
    ("image.duplicate", 409, "Image ID {image_id} already exists!", "IMG.0009"),
    ("image.owner_policy", 403, "You are not permitted to create images owned by '{owner}'",
     "IMG.0106", "detail"),
    ("image.owner_change", 403, "Owner can't be updated by non admin.", "IMG.0106", "detail"),
    ("image.delete_public", 403, "You are not authorized to complete delete_image action.",
     "IMG.0094"),
    ("image.delete_foreign", 403, "You are not authorized to complete delete_image action.",
     "IMG.0092"),
    ("image.protected", 403, "Image {image_id} is protected and cannot be deleted.", "IMG.0028"),
    ("image.format_frozen", 403, "Attribute {name} can be only replaced for a queued image.",
     "IMG.0035"),
    ("image.transition", 409, "Image status transition from {current} to {target} is not allowed",
     "IMG.0046"),
    ("image.status_action", 403, "Not allowed to {action} image in status '{status}'",
     "IMG.0046"),
    ("image.too_many_properties", 413, "The limit has been exceeded on the number of allowed "
     "image properties. Attempted: {attempted}, Maximum: {maximum}", "IMG.0001"),
    ("image.quota", 413, "The limit has been exceeded on the number of images of a project. "
     "Attempted: {attempted}, Maximum: {maximum}", "IMG.0015"),
    ("image.too_many_tags", 413, "The limit has been exceeded on the number of allowed image "
     "tags. Attempted: {attempted}, Maximum: {maximum}", "IMG.0116"),
    ("image.four_bytes", 400, "{what} can't contain 4 byte unicode characters.", "IMG.0003"),
    ("image.four_bytes_value", 400, "Param values can't contain 4 byte unicode.", "IMG.0001"),
    ("image.four_bytes_name", 400, "Property names can't contain 4 byte unicode.", "IMG.0001"),
    # PATCH
    ("patch.media_type", 415, "Image PATCH expects Content-Type one of: "
     "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch",
     "IMG.0001"),
    ("patch.not_a_list", 400, "Request body must be a JSON array of operation objects.",
     "IMG.0001"),
    ("patch.not_an_object", 400, "Operations must be JSON objects.", "IMG.0001"),
    ("patch.no_op", 400, "Unable to find `op` in JSON Schema change. It must be one of the "
     "following: add, remove, replace.", "IMG.0001"),
    ("patch.bad_op", 400, "Invalid operation: `{op}`. It must be one of the following: add, "
     "remove, replace.", "IMG.0001"),
    ("patch.two_ops", 400, "Operation objects must contain only one member named \"add\", "
     "\"remove\", or \"replace\".", "IMG.0001"),
    ("patch.no_op_v20", 400, "Operation objects must contain exactly one member named \"add\", "
     "\"remove\", or \"replace\".", "IMG.0001"),
    ("patch.no_path", 400, "Unable to find 'path' in JSON Schema change", "IMG.0001"),
    ("patch.no_value", 400, "Operation \"{op}\" requires a member named \"value\".", "IMG.0001"),
    ("patch.pointer_type", 400, "Invalid JSON pointer for this resource: {pointer}", "IMG.0001"),
    ("patch.pointer_start", 400, "Pointer `{pointer}` does not start with \"/\".", "IMG.0001"),
    ("patch.pointer_adjacent", 400, "Pointer `{pointer}` contains adjacent \"/\".", "IMG.0001"),
    ("patch.pointer_end", 400, "Pointer `{pointer}` end with \"/\".", "IMG.0001"),
    ("patch.pointer_empty", 400, "Pointer `{pointer}` does not contains valid token.",
     "IMG.0001"),
    ("patch.pointer_escape", 400, "Pointer `{pointer}` contains \"~\" not part of a recognized "
     "escape sequence.", "IMG.0001"),
    ("patch.pointer_depth", 400, "Invalid JSON pointer for this resource: '/{path}'",
     "IMG.0001"),
    ("patch.no_property", 409, "Property {name} does not exist.", "IMG.0035", "detail"),
    ("patch.has_property", 409, "Property {name} already present.", "IMG.0035", "detail"),
    ("patch.cannot_remove", 403, "Property {name} may not be removed.", "IMG.0035", "detail"),
    ("patch.locations_empty", 403, "Cannot set locations to empty list.", "IMG.0035", "detail"),
    ("patch.locations_replace_status", 409, "It's not allowed to replace locations if image "
     "status is {status}.", "IMG.0009"),
    ("patch.locations_remove_status", 409, "It's not allowed to remove locations if image status "
     "is {status}.", "IMG.0009"),
    ("patch.locations_position_add", 400, "Invalid position for adding a location.", "IMG.0001"),
    ("patch.locations_position_remove", 400, "Invalid position for removing a location.",
     "IMG.0001"),
    ("patch.locations_last", 403, "Cannot remove last location in the image.", "IMG.0035",
     "detail"),
    ("patch.locations_quota", 413, "The limit has been exceeded on the number of allowed image "
     "locations. Attempted: {attempted}, Maximum: {maximum}", "IMG.0001"),
    ("patch.locations_not_empty", 400, "Original locations is not empty: {locations}",
     "IMG.0001"),
    ("patch.locations_invalid", 400, "Invalid location", "IMG.0001"),
    ("patch.locations_twice", 400, "The location {url} already exists", "IMG.0001"),
    ("patch.validation_conflict", 409, "Conflicting values for {name}", "IMG.0009"),
    ("patch.validation_set", 409, "{name} is already set with a different value", "IMG.0009"),
    ("patch.validation_late", 409, "New value(s) for {names} may only be provided when image "
     "status is 'queued'", "IMG.0009"),
    ("patch.validation_checksum", 409, "checksum ({value}) is not the correct size for md5 (should "
     "be 16 bytes)", "IMG.0009"),
    ("patch.validation_algorithm", 409, "os_hash_algo must be {want}, not {given}", "IMG.0009"),
    ("patch.validation_size", 409, "os_hash_value ({value}) is not the correct size for "
     "{algorithm} (should be {size} bytes)", "IMG.0009"),
    ("stage.off", 404, "'glance-direct' method is not available at this site.", "IMG.0144"),
    ("patch.locations_hidden", 403, "It's not allowed to {verb} locations if locations are "
     "invisible.", "IMG.0035"),
    # lists
    ("list.limit_type", 400, "limit param must be an integer", "IMG.0001"),
    ("list.limit_negative", 400, "limit param must be positive", "IMG.0001"),
    ("list.sort_key", 400, "Invalid sort key: {sort_key}. It must be one of the following: "
     "{available}.", "IMG.0001"),
    ("list.sort_dir", 400, "Invalid sort direction: {sort_dir}", "IMG.0001"),
    ("list.sort_mixed", 400, "Old and new sorting syntax cannot be combined", "IMG.0001"),
    ("list.sort_count", 400, "Number of sort dirs does not match the number of sort keys",
     "IMG.0001"),
    ("list.member_status", 400, "Invalid status: {status}", "IMG.0001"),
    ("list.visibility", 400, "Invalid visibility value: {visibility}", "IMG.0001"),
    ("list.changes_since", 400, "The \"changes-since\" filter is no longer available on v2.",
     "IMG.0001"),
    ("list.boolean", 400, "Invalid value '{value}' for '{name}' filter. Valid values are 'true' "
     "or 'false'.", "IMG.0001"),
    ("list.range", 400, "Unable to filter on a range with a non-numeric value.", "IMG.0001"),
    ("list.time", 400, "Bad \"{name}\" query filter format. Use ISO 8601 DateTime notation.",
     "IMG.0001"),
    ("list.operator", 400, "Unable to filter by unknown operator '{operator}'.", "IMG.0001"),
    ("list.time_operator", 400, "Unable to filter on a unknown operator.", "IMG.0001"),
    ("list.quote_before", 400, "Invalid filter value {value}. There is no comma before opening "
     "quotation mark.", "IMG.0001"),
    ("list.quote_after", 400, "Invalid filter value {value}. There is no comma after closing "
     "quotation mark.", "IMG.0001"),
    ("list.quote_open", 400, "Invalid filter value {value}. The quote is not closed.",
     "IMG.0001"),
    ("list.marker", 400, "No image found with ID {marker}", "IMG.0144"),
    ("list.marker_hidden", 403, "Forbidding request, image {marker} not visible", "IMG.0144"),
    ("list.marker_long", 400, "Image with the given id %(image_id)s was not found", "IMG.0144"),
    # data
    ("data.media_type", 415, "Invalid content type {content_type}", "IMG.0001"),
    ("data.size_header", 400, "Invalid or missing image size in request headers.", "IMG.0001"),
    ("data.formats_missing", 400, "{what} must be set prior to saving data.", "IMG.0072"),
    ("data.format_mismatch", 415, "{reason}", "IMG.0057"),
    ("data.too_large", 413, "The incoming image is too large: The provided image is too large.",
     "IMG.0059"),
    ("data.storage_full", 413, "Image storage media is full: {reason}", "IMG.0059"),
    ("data.storage_denied", 503, "Insufficient permissions on image storage media: {reason}",
     "IMG.0061"),
    ("data.store", 400, "Store for identifier {store} not found", "IMG.0001"),
    ("data.signature", 400, "Signature verification failed for image {image_id}: Signature "
     "verification for the image failed: {reason}.", "IMG.0001"),
    ("data.deactivated", 403, "The requested image has been deactivated. Image data download is "
     "forbidden.", "IMG.0046"),
    ("data.size_exceeds", 400, "Size exceeds: expected {expected} bytes, got {received} bytes",
     "IMG.0057"),
    ("data.size_differs", 400, "Size mismatch: expected {expected} bytes, got {received} bytes",
     "IMG.0057"),
    ("data.gone", 410, "Image {image_id} could not be found after upload. The image may have been "
     "deleted during the upload, cleaning up the chunks uploaded.", "IMG.0144"),
    ("range.multiple", 400, "Requests with multiple ranges are not supported in Glance. You may "
     "make multiple single-range requests instead.", "IMG.0001"),
    ("range.header", 416, "Invalid Range header.", "IMG.0001", "detail"),
    ("range.start", 416, "Invalid start position in Range header. Start position MUST be in the "
     "inclusive range [0, {last}].", "IMG.0001", "detail"),
    ("range.content_header", 416, "Invalid Content-Range header.", "IMG.0001", "detail"),
    ("range.content_start", 416, "Invalid start position in Content-Range header. Start position "
     "MUST be in the inclusive range [0, {last}].", "IMG.0001", "detail"),
    ("range.content_stop", 416, "Invalid stop position in Content-Range header. The stop position "
     "MUST be in the inclusive range [0, {last}].", "IMG.0001", "detail"),
    # tags
    ("tag.not_found", 404, NOT_FOUND, "IMG.0121"),
    ("tag.too_many", 413, "Image tag limit exceeded for image {image_id}: The limit has been "
     "exceeded on the number of allowed image tags. Attempted: {attempted}, Maximum: {maximum}:",
     "IMG.0116"),
    # members
    ("member.not_specified", 400, "Member to be added not specified", "IMG.0041"),
    ("member.empty", 400, "Member can't be empty", "IMG.0041"),
    ("member.form", 400, "Expected a member in the form: {{\"member\": \"image_id\"}}",
     "IMG.0001"),
    ("member.status_missing", 400, "Status not specified", "IMG.0001"),
    ("member.status_form", 400, "Expected a status in the form: {{\"status\": \"status\"}}",
     "IMG.0001"),
    ("member.status", 400, "Incorrect request: Status must be \"pending\", \"accepted\" or "
     "\"rejected\".", "IMG.0001"),
    ("member.not_found", 404, "{member_id} not found in the member list of the image "
     "{image_id}.", "IMG.0108"),
    ("member.duplicate", 409, "Member {member_id} is duplicated for image {image_id}",
     "IMG.0112"),
    ("member.create", 403, "Not allowed to create members for image {image_id}.", "IMG.0089"),
    ("member.update", 403, "Not allowed to update members for image {image_id}.", "IMG.0047"),
    ("member.delete", 403, "Not allowed to delete members for image {image_id}.", "IMG.0047"),
    ("member.list", 403, "Not allowed to list members for image {image_id}: {reason}",
     "IMG.0047"),
    ("member.not_shared", 404, "Only shared images have members.", "IMG.0089"),
    ("member.too_many", 413, "Image member limit exceeded for image {image_id}: The limit has "
     "been exceeded on the number of allowed image members for this image. Attempted: "
     "{attempted}, Maximum: {maximum}:", "IMG.0088"),
    # import, stores, tasks: Glance only
    ("import.no_method", 400, "Import request requires a 'method' field.", "IMG.0001"),
    ("import.no_name", 400, "Import request requires a 'name' field.", "IMG.0001"),
    ("import.unknown_method", 400, "Unknown import method name '{method}'.", "IMG.0001"),
    ("import.boolean", 400, "'{name}' must be boolean value only", "IMG.0001"),
    ("import.active", 409, "Image with status active cannot be target for import", "IMG.0046"),
    ("import.copy_inactive", 409, "Only images with status active can be targeted for copying",
     "IMG.0046"),
    ("import.not_queued", 409, "Image needs to be in 'queued' state to use '{method}' method",
     "IMG.0046"),
    ("import.not_staged", 409, "Image needs to be staged before 'glance-direct' method can be "
     "used", "IMG.0046"),
    ("import.format", 409, "'{name}' needs to be set before import", "IMG.0072"),
    ("import.no_source", 400, "'{name}' needs to be set for glance-download import method",
     "IMG.0001"),
    ("import.source_id", 400, "Remote image id does not look like a UUID: {image_id}",
     "IMG.0001"),
    ("import.busy", 409, "Image has active task", "IMG.0046"),
    ("import.no_backends", 400, "All_stores_must_succeed can only be set with enabled_backends "
     "{uri}", "IMG.0001"),
    ("import.uri", 400, "URI for web-download does not pass filtering: {uri}", "IMG.0017"),
    ("import.store_twice", 400, "Image is already present at store '{store}'", "IMG.0046"),
    ("import.all_and_some", 400, "All_stores parameter can't be used with x-image-meta-store "
     "header or stores parameter", "IMG.0001"),
    ("import.stores_twice", 400, "Stores parameter and x-image-meta-store header can't be both "
     "specified", "IMG.0001"),
    ("import.unknown_store", 409, "Store for identifier {store} not found", "IMG.0001"),
    ("store.unknown", 409, "The selected store {store} is not available on this node.",
     "IMG.0001"),
    ("store.not_found", 404, "Failed to find image {image_id}", "IMG.0144"),
    ("store.not_active", 409, "It's not allowed to remove image data from store if image status "
     "is not 'active'", "IMG.0046"),
    ("store.only_one", 403, "Cannot delete image data from the only store containing it. Consider "
     "deleting the image instead.", "IMG.0046"),
    ("store.not_in", 404, "Image {image_id} is not stored in store {store}.", "IMG.0144"),
    ("store.prefer_unknown", 400, "Store '{store}' is not configured.", "IMG.0001"),
    ("location.status", 409, "It's not allowed to add locations if image status is {status}.",
     "IMG.0046"),
    ("location.schema", 400, "Provided object does not match schema 'location': {reason}",
     "IMG.0001"),
    ("location.http", 403, "http store must be enabled to use location API by normal user.",
     "IMG.0026"),
    ("data.store_fails", 503, "Insufficient permissions on image storage media: Permission to "
     "write image storage media denied.", "IMG.0061"),
    ("cache.off", 404, "Caching via API is not supported at this site.", "IMG.0105"),
    ("cache.inactive", 400, "Only images with status active can be targeted for queueing",
     "IMG.0046"),
    ("cache.target", 400, "If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or "
     "empty string.", "IMG.0001"),
    ("task.not_found", 404, "Could not find task {task_id}", "IMG.0023"),
    ("task.missing", 400, "Task '{name}' is required", "IMG.0001"),
    ("task.schema", 400, "Provided object does not match schema 'task': {reason}", "IMG.0001"),
    ("task.status", 400, "Invalid status value: {status}", "IMG.0001"),
    ("task.type", 400, "Invalid type value: {type}", "IMG.0001"),
    ("task.marker", 400, "Invalid marker format", "IMG.0001"),
    ("task.marker_unknown", 400, "Task with the given id {task_id} was not found", "IMG.0023"),
    ("task.sort_key", 400, "Sort key supplied was not valid.", "IMG.0001"),
    ("task.delete", 405, "This operation is currently not permitted on Glance Tasks. They are "
     "auto deleted after reaching the time based on their expires_at property.", "IMG.0105"),
    ("task.import_source", 400, "{reason}", "IMG.0017"),
    ("task.import_file", 400, "File based imports are not allowed. Please use a non-local source "
     "of image data.", "IMG.0017"),
    ("task.import_scheme", 400, "The given uri is not valid. Please specify a valid uri from the "
     "following list of supported uri ['http']", "IMG.0017"),
    # the fake itself
    ("internal", 500, "The server has either erred or is incapable of performing the requested "
     "operation.", "IMG.0061"),
)

REFUSALS: dict[str, Refusal] = {
    row[0]: Refusal(row[0], row[1], row[2], row[3], len(row) > 4) for row in _ROWS
} | METADEF_REFUSALS | IDENTITY_REFUSALS | NEIGHBOUR_REFUSALS
