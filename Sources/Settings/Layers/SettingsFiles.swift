import Foundation

/// The files that settings come from.
///
/// A file that is named is the user's word. One that is taken because it lies in the working directory may be anybody's, and it could say where
/// the token is sent: it has to be the user's own.
struct SettingsFiles: Sendable {
    /// More than any of these files has; a mistaken path must not fill memory.
    private static let maximumBytes = 1 << 20

    /// Where `.env`, the default configuration file and relative paths are.
    let directory: String

    /// What `.env` says, and where it is; nothing when there is none.
    func dotEnv() -> (file: DotEnvFile, path: String?) {
        let path = absolute(".env")
        do throws(ValueError) {
            guard let text = try readOwn(path) else { return (DotEnvFile(parsing: ""), nil) }
            return (DotEnvFile(parsing: text), path)
        } catch {
            return (DotEnvFile(unreadable: error), nil)
        }
    }

    /// The configuration file's layer, and its path; nothing when none is named and none is there.
    func configFile(_ named: String?) -> (layer: SettingsLayer, path: String?) {
        let name = named ?? ResolvedSettings.defaultConfigFile
        do throws(ValueError) {
            guard let text = named == nil ? try readOwn(absolute(name)) : try read(name) else {
                return (SettingsLayer(.file), nil)
            }
            return (ConfigFile.layer(parsing: text, name: name), absolute(name))
        } catch {
            var layer = SettingsLayer(.file)
            layer.mistakes.append(SettingMistake(place: name, reason: error.reason))
            return (layer, nil)
        }
    }

    /// The text of a file that is named.
    ///
    /// - Throws: `ValueError`, which repeats no address: somebody put that where the name of a file belongs, with its password.
    func read(_ path: String) throws(ValueError) -> String {
        guard !path.contains("://") else {
            throw ValueError(
                "an address stands where the name of a file is wanted; put it into a file of your own, and name that"
            )
        }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: absolute(path), isDirectory: &isFolder), isFolder.boolValue {
            throw ValueError("\(path) is a folder, and no file")
        }
        guard let handle = FileHandle(forReadingAtPath: absolute(path)) else {
            throw ValueError("the file \(path) cannot be opened")
        }
        return try read(handle, path)
    }

    /// The text of a file that nobody named; nil when it is not there.
    private func readOwn(_ path: String) throws(ValueError) -> String? {
        // Without waiting, should it be a pipe; whose it is is asked of the open file, which nobody can exchange.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw ValueError("the file \(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ValueError("\(path) is no file")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw ValueError(
                "\(path) belongs to user \(status.st_uid), who could say where the token is sent; start the worker in a folder of "
                    + "your own, or take the file over with chown"
            )
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw ValueError("others may write \(path), and say where the token is sent; chmod go-w \(path)")
        }
        return try read(handle, path)
    }

    private func read(_ handle: FileHandle, _ path: String) throws(ValueError) -> String {
        let data: Data
        do {
            data = try handle.read(upToCount: Self.maximumBytes + 1) ?? Data()
        } catch {
            throw ValueError("the file \(path) cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= Self.maximumBytes else { throw ValueError("the file \(path) is larger than 1 MiB") }
        guard let text = String(data: data, encoding: .utf8) else {
            throw ValueError("the file \(path) is not UTF-8 text")
        }
        return text
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(directory)/\(path)"
    }
}
