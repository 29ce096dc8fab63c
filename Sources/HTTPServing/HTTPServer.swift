package import Hummingbird

/// Placeholder of the shared server.
package enum HTTPServer {
    package static let router = Router<BasicRequestContext>.self
}
