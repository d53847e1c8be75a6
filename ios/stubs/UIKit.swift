// What the app uses of UIKit, by its public declarations.
@_exported import Foundation

@MainActor open class UIResponder: NSObject {}
public enum UIBackgroundRefreshStatus: Sendable { case restricted, denied, available }
public final class UIApplication: UIResponder {
    public nonisolated static let protectedDataDidBecomeAvailableNotification = NSNotification.Name("")
    public var backgroundRefreshStatus: UIBackgroundRefreshStatus { fatalError() }
    public enum State { case active, inactive, background }
    public static let openSettingsURLString = ""
    public class var shared: UIApplication { fatalError() }
    public var applicationState: State { fatalError() }
    public func canOpenURL(_ url: URL) -> Bool { fatalError() }
}
open class UIView: UIResponder {
    public var bounds: CGRect { fatalError() }
    public var layer: CALayer { fatalError() }
}
open class CALayer: NSObject {
    public var frame: CGRect { get { fatalError() } set {} }
    public func addSublayer(_ layer: CALayer) {}
}
open class UIViewController: UIResponder {
    public init(nibName: String?, bundle: Bundle?) {}
    public required init?(coder: NSCoder) {}
    public var view: UIView! { fatalError() }
    open func viewDidLoad() {}
    open func viewDidLayoutSubviews() {}
    open func viewWillAppear(_ animated: Bool) {}
    open func viewDidDisappear(_ animated: Bool) {}
}
open class UINavigationController: UIViewController {}
@MainActor public protocol UINavigationControllerDelegate: AnyObject {}
@MainActor public protocol UIImagePickerControllerDelegate: AnyObject {
    func imagePickerController(
        _ picker: UIImagePickerController, didFinishPickingMediaWithInfo info: [UIImagePickerController.InfoKey: Any])
    func imagePickerControllerDidCancel(_ picker: UIImagePickerController)
}
public final class UIImagePickerController: UINavigationController {
    public convenience init() { fatalError() }
    public enum SourceType { case photoLibrary, camera }
    public struct InfoKey: Hashable, Sendable { public static let originalImage = InfoKey() }
    public static func isSourceTypeAvailable(_ type: SourceType) -> Bool { fatalError() }
    public var sourceType = SourceType.photoLibrary
    public weak var delegate: (any UIImagePickerControllerDelegate & UINavigationControllerDelegate)?
}
public final class UIImage: NSObject {
    public var size: CGSize { fatalError() }
    public func draw(in rectangle: CGRect) {}
}
public final class UIGraphicsImageRendererFormat: NSObject { public var scale: CGFloat = 1 }
public final class UIGraphicsImageRendererContext: NSObject {}
public final class UIGraphicsImageRenderer: NSObject {
    public init(size: CGSize, format: UIGraphicsImageRendererFormat) {}
    public func jpegData(withCompressionQuality quality: CGFloat, actions: (UIGraphicsImageRendererContext) -> Void) -> Data {
        fatalError()
    }
}
