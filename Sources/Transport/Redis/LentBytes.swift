/// Memory of the caller that the connection's thread may read until the command is over.
///
/// `@unchecked` because of the pointers: the caller suspends until the thread has let go of them, so nobody else touches the
/// memory meanwhile; reading by both is harmless.
struct LentBytes: @unchecked Sendable {
    let parts: [UnsafeRawBufferPointer]

    var count: Int { parts.reduce(0) { $0 + $1.count } }
}
