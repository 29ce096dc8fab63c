/// Gets the bytes of a task's image from wherever they are.
package protocol ImageFetching: Sendable {
    /// Gets an image's bytes.
    ///
    /// - Parameter address: Where the image is, as its task says.
    /// - Returns: At least one byte.
    /// - Throws: `TaskFailure` with the reason for people, or `CancellationError`.
    func fetch(_ address: String) async throws -> [UInt8]
}

extension ImageFetcher: ImageFetching {}
