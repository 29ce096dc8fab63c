/// Limits on a document, so that its sender cannot steer recursion or memory.
package enum JSONBounds {
    /// The deepest nesting of arrays and objects that passes.
    package static let deepest = 64
    /// The most values of a document that is read into a tree, where its reader does not say otherwise: a value takes up to some 50 bytes,
    /// where the document has two for it.
    package static let mostValues = 1_000_000
}
