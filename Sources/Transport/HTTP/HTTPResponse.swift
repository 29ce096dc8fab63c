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
}
