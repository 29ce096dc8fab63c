/// Why a command cannot do what it was asked for, in sentences for the one who asked.
package struct CommandFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
