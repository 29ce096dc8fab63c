import COnnxRuntime

/// The one owner of an `OrtSession`, kept alive by whatever belongs to it.
///
/// `@unchecked Sendable`: an `OrtSession` guards itself; this class never changes after `init`.
final class SessionHandle: @unchecked Sendable {
    private let handle: OrtHandle

    init(_ handle: consuming OrtHandle) {
        self.handle = handle
    }

    var pointer: OpaquePointer { handle.pointer }
}
