import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.android)
    alias(libs.plugins.kotlin.compose)
}

/** Of the workspace: the core that the app is a shell of. */
val workspace: File = rootDir.parentFile
val bindings = layout.buildDirectory.dir("generated/uniffi")
val libraries = layout.buildDirectory.dir("generated/jniLibs")

/** Who builds the app says it in gradle.properties, or by -P. */
fun said(name: String): String = providers.gradleProperty(name).getOrElse("")

android {
    namespace = "app.onbeat"
    compileSdk = 36
    // Its linker aligns libraries to 16 KiB.
    ndkVersion = "28.2.13676358"

    defaultConfig {
        applicationId = "app.onbeat"
        minSdk = 26
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
        manifestPlaceholders += mapOf(
            "onbeatOperator" to said("onbeat.operator"),
            "onbeatPolicy" to said("onbeat.policy"),
            "onbeatFiling" to said("onbeat.filing"),
        )
        ndk { abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64") }
    }
    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "keep.pro")
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    buildFeatures { compose = true }
    androidResources { localeFilters += listOf("en", "zh") }
    sourceSets["main"].kotlin.srcDir(bindings)
    sourceSets["main"].jniLibs.srcDir(libraries)
    // The tests run by `cargo xtask test kotlin`, on the JVM.
    sourceSets["test"].kotlin.setSrcDirs(emptyList<String>())
}

kotlin { compilerOptions { jvmTarget = JvmTarget.JVM_17 } }

dependencies {
    implementation(libs.activity.compose)
    implementation(libs.compose.material3)
    implementation(libs.compose.ui)
    implementation(libs.coroutines.android)
    implementation(libs.jna) { artifact { type = "aar" } }
    implementation(libs.zxing)
}

/** Core for each ABI: `cargo install cargo-ndk`, and `rustup target add` the three. */
val buildCore by tasks.registering(Exec::class) {
    workingDir = workspace
    val abis = android.defaultConfig.ndk.abiFilters.flatMap { listOf("-t", it) }
    val core = listOf("rustc", "--profile", "app", "-p", "onbeat-core", "--features", "mobile", "--lib", "--crate-type", "cdylib")
    // Android unpacks relocations in this form since 6.0; they are a tenth of the library otherwise.
    val link = listOf("--", "-C", "link-arg=-Wl,--pack-dyn-relocs=android")
    commandLine(listOf("cargo", "ndk", "--platform", "26", "-o", libraries.get().asFile.path) + abis + core + link)
}

/** Core for this machine: the bindings are read off it. */
val buildHostCore by tasks.registering(Exec::class) {
    workingDir = workspace
    commandLine("cargo", "rustc", "-p", "onbeat-core", "--features", "mobile", "--lib", "--crate-type", "cdylib")
}

val generateBindings by tasks.registering(Exec::class) {
    dependsOn(buildHostCore)
    workingDir = workspace
    val library = workspace.resolve("target/debug/${System.mapLibraryName("onbeat_core")}")
    val generator = listOf("cargo", "run", "-p", "onbeat-tests", "--features", "bindgen", "--bin", "uniffi-bindgen", "--")
    val generate = listOf("generate", "--no-format", "--language", "kotlin", "--library", library.path)
    commandLine(generator + generate + listOf("--out-dir", bindings.get().asFile.path))
}

tasks.named("preBuild") { dependsOn(buildCore, generateBindings) }
