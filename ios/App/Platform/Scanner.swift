import AVFoundation
import Dispatch
import SwiftUI
import UIKit

/// The camera's picture, until a QR code is read. No picture is kept.
struct Scanner: UIViewControllerRepresentable {
    let found: @MainActor (String) -> Void

    func makeUIViewController(context: Context) -> ScannerController { ScannerController(found: found) }
    func updateUIViewController(_ controller: ScannerController, context: Context) {}
}

final class ScannerController: UIViewController {
    private let capture = Capture()
    private let found: @MainActor (String) -> Void
    private lazy var preview = AVCaptureVideoPreviewLayer(session: capture.session)

    init(found: @escaping @MainActor (String) -> Void) {
        self.found = found
        super.init(nibName: nil, bundle: nil)
    }

    required init?(coder: NSCoder) { nil }

    /// The system asks for the camera here, at its first use. Without it the picture stays black, and the link can be pasted.
    override func viewDidLoad() {
        super.viewDidLoad()
        view.layer.addSublayer(preview)
        let (session, output) = (capture.session, AVCaptureMetadataOutput())
        guard let camera = AVCaptureDevice.default(for: .video), let input = try? AVCaptureDeviceInput(device: camera),
            session.canAddInput(input), session.canAddOutput(output)
        else { return }
        session.addInput(input)
        session.addOutput(output)
        output.setMetadataObjectsDelegate(self, queue: .main)
        output.metadataObjectTypes = [.qr]
    }

    override func viewDidLayoutSubviews() {
        super.viewDidLayoutSubviews()
        preview.frame = view.bounds
    }

    override func viewWillAppear(_ animated: Bool) {
        super.viewWillAppear(animated)
        capture.run(true)
    }

    override func viewDidDisappear(_ animated: Bool) {
        super.viewDidDisappear(animated)
        capture.run(false)
    }
}

/// Starting and stopping wait for the camera: not on the main thread, and one after the other.
private final class Capture: @unchecked Sendable {
    let session = AVCaptureSession()
    private let queue = DispatchQueue(label: "camera")

    func run(_ on: Bool) {
        queue.async { on ? self.session.startRunning() : self.session.stopRunning() }
    }
}

extension ScannerController: AVCaptureMetadataOutputObjectsDelegate {
    nonisolated func metadataOutput(
        _ output: AVCaptureMetadataOutput, didOutput objects: [AVMetadataObject], from connection: AVCaptureConnection
    ) {
        let text = objects.lazy.compactMap { ($0 as? AVMetadataMachineReadableCodeObject)?.stringValue }.first
        guard let text else { return }
        // It is called on the main queue, as asked for.
        MainActor.assumeIsolated { found(text) }
    }
}
