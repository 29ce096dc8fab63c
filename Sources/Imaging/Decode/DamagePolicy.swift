/// How to treat an image whose data is cut off or contradicts itself, and of which a part can still be seen.
package enum DamagePolicy: String, Sendable, CaseIterable {
    /// It is an error.
    case error
    /// The part that is there is taken; the rest is grey, black, or whatever the decoder made of it.
    case accept
}
