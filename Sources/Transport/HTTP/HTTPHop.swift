import Telemetry

/// One request to one origin, judged and ready to be sent.
struct HTTPHop: Sendable {
    var method: HTTPRequest.Method
    var url: HTTPURL
    var proxy: HTTPProxy?
    var headers: HTTPHeaders
    var body: [UInt8]?
    var policy: HTTPPolicy
    var operation: OperationName
}
