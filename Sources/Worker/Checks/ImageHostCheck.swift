import Settings
import Transport

/// Where images may come from.
enum ImageHostCheck {
    /// Looks at the settings alone: which hosts serve the images, tasks alone say.
    static func finding(images: ImageSettings.Values, antenna: AntennaSettings.Values) -> CheckReport.Finding {
        let subject = "Image hosts"
        guard !images.allowPrivate else { return .good(subject, "any over http or https, private networks included") }
        let host = (try? HTTPURL(antenna.baseURL))?.host ?? ""
        guard AddressPolicy(allowsPrivate: false).refusal(ofName: host) != nil else {
            return .good(subject, "any over http or https outside private networks")
        }
        return .note(
            subject,
            "images in private networks are refused, and Antenna itself is in one",
            remedy: "Where its images are there, too: --allow-private-images."
        )
    }
}
