/// The API's description: `openapi.yaml` of this folder, compiled in, so that it needs no file where the server runs.
let openAPIDocument = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
