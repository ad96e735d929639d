// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/validated_config.h"

#include <array>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/source_outline.h"
#include "lib/config/validate_destination_rule.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_rollout.h"
#include "lib/config/validate_service_entry.h"
#include "lib/config/validate_virtual_service.h"

namespace meshroute {
namespace {

// Annotations that Istio keeps to itself.
constexpr std::array<const char*, 3> kReservedAnnotations{"internal.istio.io/webhook-always-reject",
                                                          "internal.istio.io/parents",
                                                          "internal.istio.io/parent-namespace"};
constexpr char kDryRunAnnotation[] = "istio.io/dry-run";

// Validates the resources of one load, kind by kind.
class Validation {
 public:
  Validation(const ResourceSources* sources, ConfigErrors& errors)
      : sources_(sources), errors_(errors) {}

  // Runs `check` on each object, in a scope that names it.
  template <typename Object, typename Check>
  void Each(const char* kind, const std::vector<Object>& objects, Check check) {
    std::set<std::pair<std::string, std::string>> identities;
    for (const Object& object : objects) {
      const Metadata& metadata = object.metadata;
      const ConfigErrors::ResourceScope scope(errors_, kind, metadata, sources_);
      ValidateMetadata(metadata);
      // Objects without a name are made in code, and cannot be told apart.
      if (!metadata.name.empty() &&
          !identities.emplace(metadata.namespace_name, metadata.name).second) {
        AddMetadataError("name", absl::StrCat("is used by an earlier ", kind));
      }
      check(object);
    }
  }

  // For the kinds that Istio can try out without effect, which we cannot.
  void RefuseDryRun(const Metadata& metadata) {
    if (metadata.annotations.contains(kDryRunAnnotation)) RefuseAnnotation(kDryRunAnnotation);
  }

 private:
  void ValidateMetadata(const Metadata& metadata) {
    for (const char* const annotation : kReservedAnnotations) {
      if (metadata.annotations.contains(annotation)) RefuseAnnotation(annotation);
    }
    if (!metadata.creation_timestamp.empty() && !ParseTimestamp(metadata.creation_timestamp)) {
      AddMetadataError("creationTimestamp", absl::StrCat("must be a time such as "
                                                         "2026-01-02T03:04:05Z, got ",
                                                         Quoted(metadata.creation_timestamp)));
    }
  }

  void RefuseAnnotation(const char* annotation) {
    const ConfigErrors::Scope scope(errors_, "metadata");
    const ConfigErrors::Scope annotations(errors_, "annotations");
    AddAt(errors_, annotation, "is not allowed on this kind");
  }

  void AddMetadataError(const char* field, const std::string& message) {
    const ConfigErrors::Scope scope(errors_, "metadata");
    AddAt(errors_, field, message);
  }

  const ResourceSources* const sources_;
  ConfigErrors& errors_;
};

void ValidateAll(const Resources& resources, ConfigErrors& errors, const ResourceSources* sources) {
  Validation validation(sources, errors);
  validation.Each("VirtualService", resources.virtual_services, [&](const VirtualService& service) {
    validation.RefuseDryRun(service.metadata);
    ValidateVirtualService(service, errors);
  });
  validation.Each("DestinationRule", resources.destination_rules, [&](const DestinationRule& rule) {
    validation.RefuseDryRun(rule.metadata);
    ValidateDestinationRule(rule, errors);
  });
  validation.Each("ServiceEntry", resources.service_entries, [&](const ServiceEntry& entry) {
    validation.RefuseDryRun(entry.metadata);
    ValidateServiceEntry(entry, errors);
  });
  validation.Each("WorkloadEntry", resources.workload_entries,
                  [&](const WorkloadEntry& entry) { ValidateWorkloadEntry(entry, errors); });
  validation.Each("Rollout", resources.rollouts,
                  [&](const RolloutPlan& plan) { ValidateRollout(plan, errors); });
}

}  // namespace

ValidatedConfig::ValidatedConfig() : ValidatedConfig(Resources(), {}, nullptr) {}

ValidatedConfig::ValidatedConfig(Resources resources, std::vector<ConfigProblem> warnings,
                                 std::shared_ptr<const ResourceSources> sources)
    : resources_(std::make_shared<const Resources>(std::move(resources))),
      warnings_(std::make_shared<const std::vector<ConfigProblem>>(std::move(warnings))),
      sources_(std::move(sources)) {}

SourcePosition ResourceSources::Locate(std::string_view kind, const Metadata& metadata,
                                       std::string_view path) const {
  const Source source = Find(kind, metadata.namespace_name, metadata.name);
  TextPosition position;
  if (source.root != nullptr) {
    position = source.root->PositionOf(path);
  } else if (source.outline != nullptr) {
    position = source.outline->Expand().PositionOf(path);
  }
  return {std::string(source.file), position.line, position.column};
}

absl::StatusOr<ValidatedConfig> Validate(Resources resources, ConfigErrors& errors,
                                         const ResourceSources* sources) {
  ValidateAll(resources, errors, sources);
  if (!errors.ok()) return errors.ToStatus();
  return ValidatedConfig(std::move(resources), errors.problems(),
                         sources == nullptr ? nullptr : sources->Kept());
}

absl::StatusOr<ValidatedConfig> Validate(Resources resources) {
  ConfigErrors errors;
  return Validate(std::move(resources), errors, nullptr);
}

}  // namespace meshroute
