import Foundation

/// Who answers for the app: set by whoever builds it (`ios/project.yml`). What is empty is not shown.
enum About {
    static var operatorName: String? { said("OnbeatOperator") }
    static var policy: URL? { said("OnbeatPolicy").flatMap(URL.init(string:)) }
    /// The number under which the app is filed in China.
    static var filing: String? { said("OnbeatFiling") }
    static var version: String { said("CFBundleShortVersionString") ?? "" }
    /// Where a filing can be looked up.
    static let filings = URL(string: "https://beian.miit.gov.cn/")!

    private static func said(_ key: String) -> String? {
        let value = Bundle.main.object(forInfoDictionaryKey: key) as? String
        return value?.isEmpty == false ? value : nil
    }
}
