/// Which dialect a client speaks: a setting.
package enum AntennaDialectChoice: String, Sendable, Hashable, CaseIterable {
    /// Today's first, and whatever the server turns out to understand.
    case auto
    /// Today's only.
    case current
    /// The older one only.
    case legacy
}
