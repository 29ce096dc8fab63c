/// Where a value comes from, in the order in which they win.
package enum SettingOrigin: String, Sendable, CaseIterable {
    case flag
    case environment
    case dotEnv = ".env"
    case file
    /// A default that came with the program.
    case installation
    case `default`
}
