/// How the answer to a POST that was taken in is lost.
package enum LostAnswer: Sendable, Equatable, CaseIterable {
    case connectionClosed
    case halfABody
    case internalError
}
