import AVFoundation
import Foundation
import SwiftUI
import UIKit

/// Takes one photo. It stays in memory, and comes into no library: core takes the JPEG.
struct Camera: UIViewControllerRepresentable {
    /// Enough to read a shelf's labels, and small enough for a mobile network.
    private static let longSide: CGFloat = 2048

    let taken: @MainActor (Data?) -> Void

    static var isThere: Bool { UIImagePickerController.isSourceTypeAvailable(.camera) }

    /// The rep was asked for it, and does not want it: its picture would stay black.
    static var isRefused: Bool { [.denied, .restricted].contains(AVCaptureDevice.authorizationStatus(for: .video)) }

    func makeUIViewController(context: Context) -> UIImagePickerController {
        let camera = UIImagePickerController()
        camera.sourceType = .camera
        camera.delegate = context.coordinator
        return camera
    }

    func updateUIViewController(_ camera: UIImagePickerController, context: Context) {}

    func makeCoordinator() -> Coordinator { Coordinator(taken: taken) }

    final class Coordinator: NSObject, UIImagePickerControllerDelegate, UINavigationControllerDelegate {
        private let taken: @MainActor (Data?) -> Void

        init(taken: @escaping @MainActor (Data?) -> Void) { self.taken = taken }

        func imagePickerController(
            _ camera: UIImagePickerController, didFinishPickingMediaWithInfo info: [UIImagePickerController.InfoKey: Any]
        ) {
            taken((info[.originalImage] as? UIImage).map(Camera.jpeg))
        }

        func imagePickerControllerDidCancel(_ camera: UIImagePickerController) { taken(nil) }
    }

    /// Drawn anew, as it is seen: core cuts what a camera writes beside the pixels, and which way is up with it.
    private static func jpeg(_ image: UIImage) -> Data {
        let scale = min(1, longSide / max(image.size.width, image.size.height))
        let size = CGSize(width: image.size.width * scale, height: image.size.height * scale)
        let format = UIGraphicsImageRendererFormat()
        format.scale = 1
        return UIGraphicsImageRenderer(size: size, format: format).jpegData(withCompressionQuality: 0.8) { _ in
            image.draw(in: CGRect(origin: .zero, size: size))
        }
    }
}
