/// Which antenna-worker this is.
package enum Version {
    /// Printed by `--version`, and told to servers.
    package static let current = "0.1.0"

    /// Who makes HTTP requests.
    static let userAgent = "antenna-worker/\(current)"
}
