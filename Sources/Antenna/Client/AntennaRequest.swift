package import Transport

/// A request to Antenna's API.
package struct AntennaRequest: Sendable {
    /// The HTTP method.
    package var method: HTTPRequest.Method
    /// The absolute URL, query included.
    package var url: String
    /// Header fields, the token's among them: never to be logged.
    package var headers: HTTPHeaders
    /// The JSON body of a POST.
    package var body: [UInt8]?
    /// The longest time for a call on which nothing moves; one that sends a large body has more.
    package var timeout: Duration
    /// The largest answer in bytes.
    package var maximumResponseBytes: Int
}
