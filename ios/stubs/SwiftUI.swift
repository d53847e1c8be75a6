// What the screens use of SwiftUI, by its public declarations, without bodies: enough to check their types.
import Foundation
import Observation
import UIKit

@MainActor @preconcurrency public protocol View {
    associatedtype Body: View
    @ViewBuilder var body: Body { get }
}
extension Never: View { public var body: Never { return fatalError() } }
public protocol Primitive: View where Body == Never {}
extension Primitive { public var body: Never { return fatalError() } }

@resultBuilder public struct ViewBuilder {
    public static func buildBlock() -> EmptyView { fatalError() }
    public static func buildBlock<each Content: View>(_ content: repeat each Content) -> TupleView<(repeat each Content)> {
        fatalError()
    }
    public static func buildExpression<Content: View>(_ content: Content) -> Content { content }
    public static func buildIf<Content: View>(_ content: Content?) -> Content? { content }
    public static func buildEither<A: View, B: View>(first: A) -> Either<A, B> { fatalError() }
    public static func buildEither<A: View, B: View>(second: B) -> Either<A, B> { fatalError() }
}
extension Optional: View where Wrapped: View { public var body: Never { return fatalError() } }
public struct EmptyView: Primitive { public init() {} }
public struct TupleView<T>: Primitive {}
public struct Either<A: View, B: View>: Primitive {}
public struct Modified: Primitive {}

@MainActor @preconcurrency public protocol App {
    associatedtype Body: Scene
    @SceneBuilder var body: Body { get }
    init()
}
extension App { public static func main() {} }
@MainActor @preconcurrency public protocol Scene {}
@resultBuilder public struct SceneBuilder {
    public static func buildBlock<Content: Scene>(_ content: Content) -> Content { content }
}
public struct BackgroundTask<Request, Response>: Sendable {}
extension BackgroundTask where Request == Void, Response == Void {
    public static func appRefresh(_ identifier: String) -> BackgroundTask<Void, Void> { fatalError() }
}
public struct ModifiedScene: Scene {}
extension Scene {
    public func backgroundTask<Request, Response>(
        _ task: BackgroundTask<Request, Response>, action: @escaping @Sendable (Request) async -> Response
    ) -> ModifiedScene { fatalError() }
}
@MainActor @preconcurrency public protocol UIViewControllerRepresentable: View where Body == Never {
    associatedtype UIViewControllerType: UIViewController
    associatedtype Coordinator = Void
    typealias Context = UIViewControllerRepresentableContext<Self>
    func makeUIViewController(context: Context) -> UIViewControllerType
    func updateUIViewController(_ controller: UIViewControllerType, context: Context)
    func makeCoordinator() -> Coordinator
}
extension UIViewControllerRepresentable { public var body: Never { return fatalError() } }
extension UIViewControllerRepresentable where Coordinator == Void { public func makeCoordinator() {} }
@MainActor public struct UIViewControllerRepresentableContext<Representable: UIViewControllerRepresentable> {
    public var coordinator: Representable.Coordinator { fatalError() }
}
public struct WindowGroup<Content: View>: Scene { public init(@ViewBuilder content: () -> Content) {} }

@propertyWrapper public struct State<Value> {
    public init(wrappedValue: Value) { fatalError() }
    public init(initialValue: Value) { fatalError() }
    public var wrappedValue: Value { get { fatalError() } nonmutating set {} }
    public var projectedValue: Binding<Value> { fatalError() }
}
@propertyWrapper public struct ScaledMetric<Value: BinaryFloatingPoint> {
    public init(wrappedValue: Value) { fatalError() }
    public var wrappedValue: Value { fatalError() }
}
@propertyWrapper public struct Binding<Value> {
    public init(get: @escaping () -> Value, set: @escaping (Value) -> Void) {}
    public var wrappedValue: Value { get { fatalError() } nonmutating set {} }
    public var projectedValue: Binding<Value> { self }
}
public struct EnvironmentValues {
    public var dismiss: DismissAction { fatalError() }
    public var openURL: OpenURLAction { fatalError() }
    public var scenePhase: ScenePhase { fatalError() }
}
@propertyWrapper public struct Environment<Value> {
    public init(_ keyPath: KeyPath<EnvironmentValues, Value>) {}
    public var wrappedValue: Value { fatalError() }
}
public enum ScenePhase: Equatable { case background, inactive, active }
@MainActor public struct DismissAction { public func callAsFunction() {} }
@MainActor public struct OpenURLAction { public func callAsFunction(_ url: URL) {} }

public struct LocalizedStringKey: ExpressibleByStringInterpolation, Sendable {
    public init(_ value: String) {}
    public init(stringLiteral value: String) {}
    public init(stringInterpolation: StringInterpolation) {}
    public struct StringInterpolation: StringInterpolationProtocol {
        public init(literalCapacity: Int, interpolationCount: Int) {}
        public mutating func appendLiteral(_ literal: String) {}
        public mutating func appendInterpolation(_ string: String) {}
        public mutating func appendInterpolation<Number: FixedWidthInteger>(_ number: Number) {}
    }
}

public struct Text: Primitive {
    public init(_ key: LocalizedStringKey) {}
    @_disfavoredOverload public init<Content: StringProtocol>(_ content: Content) {}
    public init(verbatim content: String) {}
    public func font(_ font: Font?) -> Text { fatalError() }
    public func foregroundStyle(_ colour: Color) -> Text { fatalError() }
}
public struct ProgressView: Primitive { public init() {} }
public struct ButtonRole: Sendable { public static let destructive = ButtonRole() }
public struct Label: Primitive { public init(_ key: LocalizedStringKey, systemImage name: String) {} }
public struct Button<Label: View>: Primitive {
    public init(action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {}
}
extension Button where Label == Text {
    public init(_ key: LocalizedStringKey, action: @escaping @MainActor () -> Void) {}
    public init(_ key: LocalizedStringKey, role: ButtonRole?, action: @escaping @MainActor () -> Void) {}
}
public enum Visibility: Sendable { case automatic, visible, hidden }
public struct TextField: Primitive {
    public init(_ key: LocalizedStringKey, text: Binding<String>) {}
    public init(_ key: LocalizedStringKey, text: Binding<String>, axis: Axis) {}
}
public struct Spacer: Primitive { public init() {} }
public struct ShareLink: Primitive {
    public init(_ key: LocalizedStringKey, item: URL) {}
    public init(_ key: LocalizedStringKey, item: String) {}
}
public struct Picker<Selection: Hashable, Content: View>: Primitive {
    public init(_ key: LocalizedStringKey, selection: Binding<Selection>, @ViewBuilder content: () -> Content) {}
}
public struct NavigationLink<Label: View>: Primitive {
    public init<Value: Hashable>(value: Value?, @ViewBuilder label: () -> Label) {}
}
extension NavigationLink where Label == Text {
    public init<Value: Hashable>(_ key: LocalizedStringKey, value: Value?) {}
}

public struct FillStyle: Sendable { public init(eoFill: Bool = false) {} }
public struct Path: Sendable {
    public init() {}
    public mutating func addLines(_ points: [CGPoint]) {}
    public mutating func closeSubpath() {}
    public init(_ rectangle: CGRect) {}
    public init(ellipseIn rectangle: CGRect) {}
}
public struct GraphicsContext {
    public struct Shading { public static func color(_ colour: Color) -> Shading { fatalError() } }
    public func fill(_ path: Path, with shading: Shading, style: FillStyle = FillStyle()) {}
    public func stroke(_ path: Path, with shading: Shading, lineWidth: CGFloat = 1) {}
}
public struct Canvas: Primitive {
    public init(renderer: @escaping (inout GraphicsContext, CGSize) -> Void) {}
}
public struct Rectangle: Primitive {
    public init() {}
    public func fill(_ colour: Color) -> Modified { fatalError() }
}
public struct HStack<Content: View>: Primitive {
    public init(spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}
public struct VStack<Content: View>: Primitive {
    public init(alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}
public struct ViewThatFits<Content: View>: Primitive {
    public init(in axes: Axis.Set = [.horizontal, .vertical], @ViewBuilder content: () -> Content) {}
}
public struct ScrollView<Content: View>: Primitive { public init(@ViewBuilder content: () -> Content) {} }
public struct Form<Content: View>: Primitive { public init(@ViewBuilder content: () -> Content) {} }
public struct List<Content: View>: Primitive { public init(@ViewBuilder content: () -> Content) {} }
public struct NavigationStack<Content: View>: Primitive { public init(@ViewBuilder root: () -> Content) {} }
public struct Section<Parent, Content: View, Footer>: Primitive {}
extension Section where Parent == EmptyView, Footer == EmptyView {
    public init(@ViewBuilder content: () -> Content) {}
}
extension Section where Parent == Text, Footer == EmptyView {
    public init(_ title: LocalizedStringKey, @ViewBuilder content: () -> Content) {}
}
extension Section where Parent: View, Footer: View {
    public init(@ViewBuilder content: () -> Content, @ViewBuilder header: () -> Parent, @ViewBuilder footer: () -> Footer) {}
}
extension Section where Parent == EmptyView, Footer: View {
    public init(@ViewBuilder content: () -> Content, @ViewBuilder footer: () -> Footer) {}
}
public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content: View>: Primitive {
    public init(_ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: @escaping (Data.Element) -> Content) {}
}

public enum HorizontalAlignment { case leading, center, trailing }
public struct Alignment: Sendable { public static let leading = Alignment() }
public enum Axis {
    case horizontal, vertical
    public struct Set: OptionSet, Sendable {
        public let rawValue: Int8
        public init(rawValue: Int8) { self.rawValue = rawValue }
        public static let horizontal = Set(rawValue: 1), vertical = Set(rawValue: 2)
    }
}
public struct Color: Sendable {
    public static let green = Color(), mint = Color(), orange = Color(), gray = Color(), blue = Color()
    public static let primary = Color(), secondary = Color()
    public func opacity(_ opacity: Double) -> Color { fatalError() }
}
public struct Font: Sendable {
    public static let title = Font(), title2 = Font(), headline = Font(), subheadline = Font(), caption = Font()
}
public protocol PrimitiveButtonStyle {}
public struct BorderedProminentButtonStyle: PrimitiveButtonStyle {}
public struct BorderedButtonStyle: PrimitiveButtonStyle {}
public struct BorderlessButtonStyle: PrimitiveButtonStyle {}
extension PrimitiveButtonStyle where Self == BorderedProminentButtonStyle {
    public static var borderedProminent: Self { fatalError() }
}
extension PrimitiveButtonStyle where Self == BorderedButtonStyle { public static var bordered: Self { fatalError() } }
extension PrimitiveButtonStyle where Self == BorderlessButtonStyle { public static var borderless: Self { fatalError() } }
public struct AccessibilityChildBehavior: Sendable {
    public static let combine = AccessibilityChildBehavior(), ignore = AccessibilityChildBehavior()
}
public struct AccessibilityTraits: Sendable { public static let isHeader = AccessibilityTraits() }
public struct TextInputAutocapitalization: Sendable { public static var never: Self { fatalError() } }

@MainActor extension View {
    public func padding() -> Modified { fatalError() }
    public func font(_ font: Font?) -> Modified { fatalError() }
    public func lineLimit(_ limit: ClosedRange<Int>) -> Modified { fatalError() }
    public func accessibilityElement(children: AccessibilityChildBehavior = .ignore) -> Modified { fatalError() }
    public func accessibilityAddTraits(_ traits: AccessibilityTraits) -> Modified { fatalError() }
    public func accessibilityLabel(_ key: LocalizedStringKey) -> Modified { fatalError() }
    @_disfavoredOverload public func accessibilityLabel<Words: StringProtocol>(_ words: Words) -> Modified { fatalError() }
    public func navigationTitle(_ title: Text) -> Modified { fatalError() }
    public func navigationDestination<Data: Hashable, Content: View>(
        for data: Data.Type, @ViewBuilder destination: @escaping (Data) -> Content
    ) -> Modified { fatalError() }
    public func confirmationDialog<Actions: View>(
        _ title: LocalizedStringKey, isPresented: Binding<Bool>, titleVisibility: Visibility = .automatic,
        @ViewBuilder actions: () -> Actions
    ) -> Modified { fatalError() }
    public func onDisappear(perform action: (() -> Void)? = nil) -> Modified { fatalError() }
    public func sheet<Content: View>(
        isPresented: Binding<Bool>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping () -> Content
    ) -> Modified { fatalError() }
    public func searchable(text: Binding<String>, prompt: LocalizedStringKey) -> Modified { fatalError() }
    public func task<ID: Equatable>(id: ID, _ action: @escaping @MainActor @Sendable () async -> Void) -> Modified {
        fatalError()
    }
    public func foregroundStyle(_ colour: Color) -> Modified { fatalError() }
    public func frame(height: CGFloat) -> Modified { fatalError() }
    public func frame(maxWidth: CGFloat?, alignment: Alignment) -> Modified { fatalError() }
    public func accessibilityHidden(_ hidden: Bool) -> Modified { fatalError() }
    public func navigationTitle(_ key: LocalizedStringKey) -> Modified { fatalError() }
    public func refreshable(action: @escaping @MainActor @Sendable () async -> Void) -> Modified { fatalError() }
    public func task(_ action: @escaping @MainActor @Sendable () async -> Void) -> Modified { fatalError() }
    public func buttonStyle(_ style: some PrimitiveButtonStyle) -> Modified { fatalError() }
    public func disabled(_ disabled: Bool) -> Modified { fatalError() }
    public func textInputAutocapitalization(_ kind: TextInputAutocapitalization?) -> Modified { fatalError() }
    public func autocorrectionDisabled() -> Modified { fatalError() }
}

public enum AccessibilityNotification {
    public struct Announcement: Sendable {
        public init(_ announcement: String) {}
        public func post() {}
    }
}
public struct GeometryProxy { public var size: CGSize { fatalError() } }
public struct GeometryReader<Content: View>: Primitive {
    public init(@ViewBuilder content: @escaping (GeometryProxy) -> Content) {}
}
@MainActor @preconcurrency public protocol Gesture<Value> { associatedtype Value }
extension Gesture {
    public func onChanged(_ action: @escaping (Value) -> Void) -> ChangedGesture<Value> { fatalError() }
    public func onEnded(_ action: @escaping (Value) -> Void) -> ChangedGesture<Value> { fatalError() }
}
public struct ChangedGesture<Value>: Gesture {}
public struct MagnifyGesture: Gesture {
    public struct Value {
        public var magnification: CGFloat { fatalError() }
        public var startLocation: CGPoint { fatalError() }
    }
    public init() {}
}
public struct DragGesture: Gesture {
    public struct Value { public var translation: CGSize { fatalError() } }
    public init() {}
}
public struct GestureMask: Sendable { public static let all = GestureMask(), none = GestureMask() }
extension View {
    public func gesture(_ gesture: some Gesture) -> Modified { fatalError() }
    public func simultaneousGesture(_ gesture: some Gesture, including mask: GestureMask) -> Modified { fatalError() }
    public func clipped() -> Modified { fatalError() }
}
