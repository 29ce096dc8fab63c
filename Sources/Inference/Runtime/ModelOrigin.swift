/// What a session was made of: the model's file, or what was kept of an earlier start in ``SessionOptions/cache``.
package enum ModelOrigin: Sendable, Equatable {
    /// The file, by a runtime that keeps nothing, or was told of no folder.
    case file
    /// What an earlier start has kept.
    case cache
    /// The file, which was compiled and is kept; `replacing` what an earlier start has kept and this one could not read.
    case compiled(replacing: Bool)
    /// The file, which was compiled and will be at every start, for this reason, until somebody does as the remedy says.
    case notKept(reason: String, remedy: String)
}
