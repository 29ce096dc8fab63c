import Foundation

/// A file that holds a secret, which somebody may change while the process runs: read again at every login.
package struct SecretFile: Sendable, Hashable {
    /// Where it is.
    package let path: String

    /// No secret is longer; what is, is another file.
    private static let longest = 64 << 10

    /// Names a file, which need not be there.
    package init(path: String) {
        self.path = path
    }

    /// Its content now, without white space around it; nil when it cannot be read, or is empty, or no file of text.
    package func read() -> String? {
        // A pipe of that name must not hold up whoever logs in.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.longest
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.longest + 1)
        var count = 0
        while count < bytes.count {
            let part = bytes.withUnsafeMutableBytes { buffer in
                Foundation.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            }
            if part < 0 { return nil }
            if part == 0 { break }
            count += part
        }
        guard count <= Self.longest, let text = String(bytes: bytes[..<count], encoding: .utf8) else { return nil }
        let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return secret.isEmpty ? nil : secret
    }
}
