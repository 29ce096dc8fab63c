import Foundation

/// The abilities of an output: colour, and its width.
package struct Terminal: Sendable {
    /// Whether somebody looks at it, so that lines may be written over.
    package let isInteractive: Bool
    /// Whether colours may be used.
    let hasColour: Bool
    /// Characters in a line.
    let columns: Int

    /// An output as it was found, or as a test wants it.
    package init(isInteractive: Bool, hasColour: Bool, columns: Int = 80) {
        self.isInteractive = isInteractive
        self.hasColour = hasColour
        self.columns = columns
    }

    /// Looks at an open file.
    ///
    /// Colours are left out when `NO_COLOR` says something, or the terminal is dumb.
    package init(descriptor: Int32, environment: [String: String]) {
        isInteractive = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
        hasColour = isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
        var size = winsize()
        let found = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        columns = found && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// Standard output of this process.
    package static var output: Terminal {
        Terminal(descriptor: STDOUT_FILENO, environment: ProcessInfo.processInfo.environment)
    }

    /// Standard error of this process.
    package static var error: Terminal {
        Terminal(descriptor: STDERR_FILENO, environment: ProcessInfo.processInfo.environment)
    }

    /// How text can look.
    package enum Style: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    /// The text in a style, or as it is where there is no colour.
    package func styled(_ text: String, _ style: Style) -> String {
        hasColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
