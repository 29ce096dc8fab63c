/// The answer of one hop.
struct HTTPAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]
    /// Where the answer redirects to, as it says.
    var location: String?
}
