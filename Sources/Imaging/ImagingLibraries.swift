import CSPNG
import CTurboJPEG
import Foundation

/// The C libraries this module stands on.
package enum ImagingLibraries {
    /// Names and versions; libturbojpeg cannot be asked, so its functions tell its generation.
    package static var versions: [(name: String, version: String)] {
        [
            ("libspng", String(cString: spng_version_string())),
            ("libturbojpeg", dlsym(nil, "tj3Init") == nil ? "2" : "3 or newer"),
        ]
    }
}
