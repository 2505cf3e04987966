"""Finding rules."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...models import Finding, FindingRule
from ...workflows import finding_rules, rule_guard
from ..serializers import FindingRuleSerializer
from ..serializers.decisions import RulePreviewSerializer
from .base import GamViewSet, verb


class FindingRuleViewSet(GamViewSet):
    """Finding rules."""

    queryset = FindingRule.objects.all()
    serializer_class = FindingRuleSerializer
    filterset_class = filtersets.FindingRuleFilterSet

    @verb("view", answer=RulePreviewSerializer, methods=["get"])
    def preview(self, request: Request, pk: int) -> Response:
        """What the rule would have done with the findings of the last month."""
        stored = Finding.objects.restrict(request.user, "view")
        return Response(RulePreviewSerializer(finding_rules.preview(self.get_object(), stored=stored)).data)

    @verb("confirm", answer=FindingRuleSerializer)
    def confirm(self, request: Request, pk: int) -> Response:
        """Let the rule act in your name, as it stands now."""
        rule = self.get_object()
        finding_rules.confirm(rule, user=request.user)
        return self.changed(rule.pk)

    @verb("release", answer=FindingRuleSerializer)
    def release(self, request: Request, pk: int) -> Response:
        """Let a held rule decide what it was held for."""
        rule = self.get_object()
        rule_guard.release(rule, user=request.user)
        return self.changed(rule.pk)
