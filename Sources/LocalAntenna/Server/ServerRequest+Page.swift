import HTTPServing

extension ServerRequest {
    /// Whether a browser asks, to show it to somebody: programs name JSON, or take whatever comes.
    var wantsPage: Bool { header("Accept")?.lowercased().contains("text/html") == true }
}
