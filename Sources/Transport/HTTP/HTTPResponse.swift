/// An answer, whatever its status.
package struct HTTPResponse: Sendable {
    /// The status code; 4xx and 5xx are answers too, not errors.
    package let status: Int
    /// Header fields of the last answer.
    package let headers: HTTPHeaders
    /// The whole body, unpacked if it came compressed and that was asked for.
    package let body: [UInt8]
    /// The URL that answered, after redirects.
    ///
    /// May be signed: show it through ``redactedURL(_:)`` only.
    package let effectiveURL: String
    /// How many redirects were followed.
    package let redirectCount: Int
    /// Where the time went.
    package let timings: Timings

    /// Points in time of the last hop, counted from its start, and the time of the whole call.
    package struct Timings: Sendable, Hashable {
        /// Until the name was resolved.
        package var nameLookup: Duration
        /// Until TCP was connected; zero on a connection that was used again.
        package var connect: Duration
        /// Until the first byte of the answer.
        package var firstByte: Duration
        /// The whole call, waiting for a free connection and redirects included.
        package var total: Duration
        /// Whether the last hop opened a connection of its own.
        package var openedConnection: Bool
    }
}
