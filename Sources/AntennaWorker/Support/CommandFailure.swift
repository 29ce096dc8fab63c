/// Why a command cannot do what it was asked for, in sentences for the one who asked.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
