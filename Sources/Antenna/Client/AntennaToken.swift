import Synchronization
import Transport

/// The API token: one that was changed in its file is read again when the server refuses the one in use.
final class AntennaToken: Sendable {
    private let file: SecretFile?
    private let text: Mutex<String>

    init(_ text: String, file: SecretFile?) {
        self.text = Mutex(text)
        self.file = file
    }

    /// The token in use; empty for none.
    var current: String { text.withLock { $0 } }

    /// Looks for another token than the one that was refused; says whether there is one now.
    func renew(refused: String) -> Bool {
        guard let fresh = file?.read() else { return current != refused }
        return text.withLock { text in
            // What a header cannot carry is no token.
            if fresh.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { text = fresh }
            return text != refused
        }
    }
}
