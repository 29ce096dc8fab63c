@testable import Settings

extension ResolvedSettings {
    /// Where the value of a setting came from.
    func origin(of key: String) -> SettingOrigin? {
        effective.first { $0.key == key }?.origin
    }
}
