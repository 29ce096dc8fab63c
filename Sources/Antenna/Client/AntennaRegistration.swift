/// The changes that a registration made.
package struct AntennaRegistration: Sendable, Hashable {
    /// Slugs of the pipelines that were new.
    package let created: [String]
    /// Slugs of those that were there before; only older servers tell.
    package let updated: [String]
}
