import Foundation
import Imaging
import Worker

/// Where a camera stood, as far as the names of folders and files tell.
enum Station {
    /// Names that cameras begin files with, whatever station they stand at.
    private static let cameraWords: Set<String> = [
        "dsc", "dscf", "dscn", "dji", "gopr", "image", "img", "p", "pic", "pict", "photo", "pxl", "rcnx", "snapshot",
        "vid",
    ]

    /// The name of an image's station, empty where nothing tells it.
    ///
    /// It is the folders between the one that was named and the image, without those that cameras make themselves; in a flat folder
    /// what stands before the time in the file's name; else the named folder's own name.
    static func name(of file: ImageFiles.File) -> String {
        let path = PathParts(file.path)
        let between = file.folder.map { parts(of: String(path.folder.dropFirst($0.count))) } ?? []
        guard between.isEmpty else { return between.joined(separator: "/") }
        if let prefix = prefix(of: String(path.name)) { return prefix }
        // "." and ".." are no names.
        let whole = URL(filePath: file.folder ?? "/\(path.folder)").standardizedFileURL.path
        return parts(of: whole).last ?? ""
    }

    private static func parts(of path: String) -> [String] {
        path.split(separator: "/").map(String.init).filter { !isCameraFolder($0) }
    }

    /// What stands before the time, if it is not only what the camera's maker calls pictures.
    private static func prefix(of fileName: String) -> String? {
        guard let (before, _) = CaptureTime.find(in: fileName) else { return nil }
        let name = before.trimmingCharacters(in: CharacterSet(charactersIn: "-_. "))
        return name.isEmpty || cameraWords.contains(name.lowercased()) ? nil : name
    }

    /// `DCIM`, and in it `100MEDIA` and the like: a number of three digits and five letters (DCF).
    private static func isCameraFolder(_ name: String) -> Bool {
        if name.uppercased() == "DCIM" { return true }
        guard name.utf8.count == 8, let number = Int(name.prefix(3)) else { return false }
        return (100...999).contains(number)
            && name.utf8.dropFirst(3).allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
                    || $0 == UInt8(ascii: "_")
            }
    }
}
