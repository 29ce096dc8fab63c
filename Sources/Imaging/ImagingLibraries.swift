import CSPNG
import CTurboJPEG
import Foundation

/// The C libraries this module stands on.
package enum ImagingLibraries {
    /// Those that are loaded where they are installed, and what is an error where they are not.
    package static var optional: [(name: String, version: String?, format: String)] {
        [
            ("libwebp", WebPLibrary.shared?.version, ImageFormat.webp.rawValue),
            ("libtiff", TIFFFile.libraryVersion, ImageFormat.tiff.rawValue),
        ]
    }

    /// Names and versions; libturbojpeg cannot be asked, so its functions tell its generation.
    package static var versions: [(name: String, version: String)] {
        [
            ("libspng", String(cString: spng_version_string())),
            ("libturbojpeg", dlsym(nil, "tj3Init") == nil ? "2" : "3 or newer"),
        ]
    }
}
