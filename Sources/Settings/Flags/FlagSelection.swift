/// Which settings a command has flags for.
///
/// A ``SettingGroup`` selects all its settings, also one that is declared tomorrow. A selection of some is for commands that have no use
/// for the others.
package protocol FlagSelection: Sendable {
    /// The settings in the order of the help.
    static var settings: [any AnySetting] { get }
}
