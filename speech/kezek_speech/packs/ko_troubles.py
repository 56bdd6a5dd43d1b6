"""Troubles as Korean says them: topics, emergencies, and what makes a call urgent."""

from __future__ import annotations

from .pack import rules

TOPICS = rules("""
    heating 0.99: 난방
    hot_water 0.99: 온수 | 뜨거운 물
    lift 0.99: 엘리베이터 | 승강기
    electricity 0.98: 전기 | 정전
    gas 0.98: 가스
    cold_water 0.95: 수도 | 단수
    garbage 0.98: 쓰레기
    leak 0.97: 누수
    street_lighting 0.98: 가로등
""")

EMERGENCIES = rules("""
    fire 0.97: 화재 | 불이야 | 불났
    gas 0.93: 가스 냄새 | 가스 누출
    explosion 0.97: 폭발
    medical 0.95: 응급 | 구급차
""")

URGENCIES = rules("""
    gas 0.93: 가스 냄새 | 가스 누출
    fire 0.95: 화재 | 불이야 | 불났 | 연기
    danger 0.95: 폭발
    lift 0.9: 엘리베이터 + 갇혔 | 갇혔
    medical 0.93: 응급 | 구급차
    flood 0.9: 침수 | 물난리
    electric 0.9: 감전 | 스파크
    children 0.85: 아이 | 아기 | 어린이
    elderly 0.85: 노인 | 할아버지 | 환자
    cold 0.85: 추워 | 춥습니다 | 추워요
""")
