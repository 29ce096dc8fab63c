/// The result of decoding.
package struct DecodedImage: Sendable {
    /// The pixels.
    package let pixels: PixelBuffer
    /// Their damage, where damaged images are accepted: a part of the picture is not what the camera saw.
    package let damage: ImagingError?
}
