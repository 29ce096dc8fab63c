/// Settings that belong together: those who need them take the whole group.
///
/// A group is a struct whose properties are its settings. Each is declared where it stands and nowhere else: the mirror finds it for the
/// command line, the files, `check` and the documentation, and ``GroupValues`` has its value under the same name.
package protocol SettingGroup: FlagSelection {
    /// The heading of its settings in the documentation; groups under one heading follow each other.
    static var title: String { get }

    init()
}

extension SettingGroup {
    /// The values of the group's settings.
    package typealias Values = GroupValues<Self>

    /// The settings in the order in which they are declared.
    package static var settings: [any AnySetting] {
        Mirror(reflecting: Self()).children.compactMap { $0.value as? any AnySetting }
    }
}
