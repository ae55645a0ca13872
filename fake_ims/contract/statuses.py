"""HTTP statuses: the service's titles, and its default explanations.

Titles and explanations come from Glance's web framework. Profile ``otc`` has the statuses of the
reference's chapter *Status Codes*.
"""

from __future__ import annotations

# status: (title, explanation)
STATUSES: dict[int, tuple[str, str]] = {
    400: ("Bad Request", "The server could not comply with the request since it is either "
          "malformed or otherwise incorrect."),
    401: ("Unauthorized", "This server could not verify that you are authorized to access the "
          "document you requested. Either you supplied the wrong credentials (e.g., bad "
          "password), or your browser does not understand how to supply the credentials "
          "required."),
    403: ("Forbidden", "Access was denied to this resource."),
    404: ("Not Found", "The resource could not be found."),
    405: ("Method Not Allowed", ""),
    406: ("Not Acceptable", "The resource could not be generated that was acceptable to your "
          "browser."),
    407: ("Proxy Authentication Required", "Authentication with a local proxy is needed."),
    408: ("Request Timeout", "The server has waited too long for the request to be sent by the "
          "client."),
    409: ("Conflict", "There was a conflict when trying to complete your request."),
    410: ("Gone", "This resource is no longer available.  No forwarding address is given."),
    411: ("Length Required", "Content-Length header required."),
    412: ("Precondition Failed", "Request precondition failed."),
    413: ("Request Entity Too Large", "The body of your request was too large for this server."),
    414: ("Request-URI Too Long", "The request URI was too long for this server."),
    415: ("Unsupported Media Type", ""),
    416: ("Request Range Not Satisfiable", "The Range requested is not available."),
    422: ("Unprocessable Entity", "Unable to process the contained instructions"),
    429: ("Too Many Requests", "The client has sent too many requests in a given amount of time."),
    500: ("Internal Server Error", "The server has either erred or is incapable of performing the "
          "requested operation."),
    501: ("Not Implemented", "The request method is not implemented for this server."),
    502: ("Bad Gateway", "Bad gateway."),
    503: ("Service Unavailable", "The server is currently unavailable. Please try again at a "
          "later time."),
    504: ("Gateway Timeout", "The gateway has timed out."),
}

# The error statuses of the reference's chapter Status Codes, and two that every gateway sends.
DOCUMENTED = frozenset({400, 401, 403, 404, 405, 406, 407, 408, 409, 413, 415, 429, 500, 501, 502,
                        503, 504})

# The IMS error code for a status if no rule of the domain gives one.
CODE_OF: dict[int, str] = {
    400: "IMG.0001", 401: "IMG.0087", 403: "IMG.0026", 404: "IMG.0144", 405: "IMG.0105",
    406: "IMG.0001", 407: "IMG.0087", 408: "IMG.0061", 409: "IMG.0035", 413: "IMG.0059",
    415: "IMG.0001", 429: "IMG.0060", 500: "IMG.0061", 501: "IMG.0105", 502: "IMG.0061",
    503: "IMG.0061", 504: "IMG.0061",
}
