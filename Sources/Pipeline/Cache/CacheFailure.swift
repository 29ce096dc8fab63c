import Concurrency

/// Why a cache does not serve.
package struct CacheFailure: Sendable, Hashable {
    /// A sentence for people, without secrets.
    package let message: String
    /// Whether it lasts until somebody changes something: a wrong password, a right that is missing.
    package let isPermanent: Bool

    /// Tells of trouble.
    package init(message: String, isPermanent: Bool) {
        self.message = message
        self.isPermanent = isPermanent
    }
}
