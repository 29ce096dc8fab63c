import CTurboJPEG

/// A TurboJPEG decompressor.
///
/// One a picture: making it takes microseconds, decoding tens of milliseconds.
struct TurboJPEGDecompressor: ~Copyable {
    /// What is written of each pixel.
    enum Output {
        /// 3 bytes: red, green, blue.
        case rgb
        /// 4 bytes: cyan, magenta, yellow, black.
        case cmyk
        /// Planes of YCbCr 4:2:0, as `PixelLayout.planes420` describes them.
        case planes420

        func byteCount(height: Int, width: Int) -> Int {
            switch self {
            case .rgb: PixelLayout.rgb.byteCount(height: height, width: width)
            case .cmyk: height * width * 4
            case .planes420: PixelLayout.planes420.byteCount(height: height, width: width)
            }
        }
    }

    enum Outcome {
        case decoded
        /// All rows were written, some perhaps invented; the message is that of the first warning.
        case warned(message: String, nativeCode: Int)
        case failed(message: String, nativeCode: Int)
    }

    private let handle: tjhandle
    // A small file of thousands of empty scans would keep the processor busy for hours.
    private static let flags = TJFLAG_LIMITSCANS

    init() throws(ImagingError) {
        guard let handle = tjInitDecompress() else {
            throw ImagingError(.outOfMemory, message: "libjpeg-turbo did not start", operation: "decode JPEG")
        }
        self.handle = handle
    }

    deinit {
        tjDestroy(handle)
    }

    /// Writes the picture into `pixels`, which has room for `output` of the size in `header`.
    ///
    /// Width and height are passed on: should libjpeg read another size than `header` did, it scales down or refuses,
    /// and never writes more than there is room for.
    func run(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        output: Output,
        to pixels: UnsafeMutableRawBufferPointer
    ) -> Outcome {
        let needed = output.byteCount(height: header.height, width: header.width)
        guard let base = pixels.bindMemory(to: UInt8.self).baseAddress, pixels.count >= needed else {
            preconditionFailure("the picture has no room")
        }
        return switch output {
        case .rgb: pack(bytes, header: header, format: TJPF_RGB, to: base)
        case .cmyk: pack(bytes, header: header, format: TJPF_CMYK, to: base)
        case .planes420: writePlanes(bytes, header: header, to: base)
        }
    }

    private func pack(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        format: TJPF,
        to pixels: UnsafeMutablePointer<UInt8>
    ) -> Outcome {
        let status = tjDecompress2(
            handle,
            bytes.bindMemory(to: UInt8.self).baseAddress,
            UInt(bytes.count),
            pixels,
            Int32(header.width),
            // The rows are tightly packed.
            0,
            Int32(header.height),
            Int32(format.rawValue),
            Self.flags
        )
        return outcome(status)
    }

    private func writePlanes(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        to pixels: UnsafeMutablePointer<UInt8>
    ) -> Outcome {
        let source = bytes.bindMemory(to: UInt8.self).baseAddress
        // The size of the planes depends on what libjpeg takes the chroma for, so it is asked before it writes any.
        var (width, height, sampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        let status = tjDecompressHeader3(handle, source, UInt(bytes.count), &width, &height, &sampling, &colours)
        guard status == 0 else { return outcome(status) }
        guard sampling == Int32(TJSAMP_420.rawValue), colours == Int32(TJCS_YCbCr.rawValue) else {
            return .failed(message: "the header can be read in two ways", nativeCode: 0)
        }
        let chroma = (header.height + 1) / 2 * ((header.width + 1) / 2)
        let blue = pixels + 4 * chroma
        var planes: [UnsafeMutablePointer<UInt8>?] = [pixels, blue, blue + chroma]
        // Without strides, the rows are tightly packed.
        return outcome(
            tjDecompressToYUVPlanes(
                handle,
                source,
                UInt(bytes.count),
                &planes,
                Int32(header.width),
                nil,
                Int32(header.height),
                Self.flags
            )
        )
    }

    private func outcome(_ status: Int32) -> Outcome {
        guard status != 0 else { return .decoded }
        let code = tjGetErrorCode(handle)
        let message = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
        return code == Int32(TJERR_WARNING.rawValue)
            ? .warned(message: message, nativeCode: Int(code)) : .failed(message: message, nativeCode: Int(code))
    }
}
