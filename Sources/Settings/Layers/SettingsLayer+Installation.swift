import Foundation
import Inference

extension SettingsLayer {
    /// The defaults that came with the program: the models in `share/antenna-worker/models` beside the folder it lies in, or those of the
    /// clone in which it was built.
    ///
    /// A folder `models` in the working directory comes before them, as it does where the program came alone.
    ///
    /// - Parameters:
    ///   - programFolder: Where the executable is, links followed.
    ///   - directory: The working directory.
    /// - Returns: The weakest layer, which is mostly empty.
    static func installation(of programFolder: String?, directory: String) -> SettingsLayer {
        var layer = SettingsLayer(.installation)
        let setting = ModelSettings().folder
        guard let programFolder, !isFolder("\(directory)/\(setting.defaultValue)") else { return layer }
        let beside = URL(filePath: programFolder).deletingLastPathComponent()
        let places: [String?] = [
            beside.appending(path: "share/antenna-worker/models").path,
            PackageFolder.around(programFolder).map { "\($0)/models" },
        ]
        if let models = places.compactMap({ $0 }).first(where: isFolder) {
            layer.add(models, for: setting.key, place: layer.origin.rawValue)
        }
        return layer
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
