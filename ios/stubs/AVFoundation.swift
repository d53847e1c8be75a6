// What the scanner uses of the camera, by its public declarations.
import Dispatch
import Foundation
import UIKit

public struct AVMediaType: Sendable { public static let video = AVMediaType() }
public enum AVAuthorizationStatus: Sendable { case notDetermined, restricted, denied, authorized }
public final class AVCaptureDevice: NSObject {
    public class func authorizationStatus(for type: AVMediaType) -> AVAuthorizationStatus { fatalError() }
    public class func `default`(for type: AVMediaType) -> AVCaptureDevice? { fatalError() }
}
public class AVCaptureInput: NSObject {}
public final class AVCaptureDeviceInput: AVCaptureInput { public init(device: AVCaptureDevice) throws {} }
public class AVCaptureOutput: NSObject {}
public final class AVCaptureConnection: NSObject {}
public class AVMetadataObject: NSObject {
    public struct ObjectType: Sendable { public static let qr = ObjectType() }
}
public final class AVMetadataMachineReadableCodeObject: AVMetadataObject { public var stringValue: String? { fatalError() } }
public protocol AVCaptureMetadataOutputObjectsDelegate: AnyObject {
    func metadataOutput(
        _ output: AVCaptureMetadataOutput, didOutput objects: [AVMetadataObject], from connection: AVCaptureConnection)
}
public final class AVCaptureMetadataOutput: AVCaptureOutput {
    public override init() {}
    public func setMetadataObjectsDelegate(_ delegate: (any AVCaptureMetadataOutputObjectsDelegate)?, queue: DispatchQueue?) {}
    public var metadataObjectTypes: [AVMetadataObject.ObjectType]! = []
}
public final class AVCaptureSession: NSObject {
    public override init() {}
    public func canAddInput(_ input: AVCaptureInput) -> Bool { fatalError() }
    public func canAddOutput(_ output: AVCaptureOutput) -> Bool { fatalError() }
    public func addInput(_ input: AVCaptureInput) {}
    public func addOutput(_ output: AVCaptureOutput) {}
    public func startRunning() {}
    public func stopRunning() {}
}
public final class AVCaptureVideoPreviewLayer: CALayer { public init(session: AVCaptureSession) {} }
